using Revisage.Cli;
using Revisage.Training.Cli;

return RevisageCommand.Run(args, [PrepareCommand.Create(), TrainCommand.Create(), ExportCommand.Create(), ImportCommand.Create(), SamplesCommand.Create()]);
