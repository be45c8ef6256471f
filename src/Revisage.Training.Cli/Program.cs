using Revisage.Cli;
using Revisage.Training.Cli;

return RevisageCommand.Run(args, [TrainCommand.Create(), ExportCommand.Create(), ImportCommand.Create()]);
