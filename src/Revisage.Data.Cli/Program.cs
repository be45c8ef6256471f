using Revisage.Cli;
using Revisage.Data.Cli;

return RevisageCommand.Run(args, [PrepareCommand.Create(), SamplesCommand.Create()]);
