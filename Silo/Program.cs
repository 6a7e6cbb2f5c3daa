using VideoGen.Silo.Access;
using VideoGen.Silo.Hosting;

return args is [KeysCommand.Name, ..]
    ? await KeysCommand.Run(args).ConfigureAwait(false)
    : await VideoGenHost.Run(args).ConfigureAwait(false);
