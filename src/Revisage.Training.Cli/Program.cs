using Revisage.Cli;
using Revisage.Training.Cli;

return RevisageCommand.Run(args, [SamplesCommand.Create()]);
