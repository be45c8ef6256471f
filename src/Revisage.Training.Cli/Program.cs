using Revisage.Cli;

return RevisageCommand.Run(args, []);
