using VideoGen.Silo.Access;
using VideoGen.Silo.Duplicates;
using VideoGen.Silo.Hosting;

return args switch
{
    [KeysCommand.Name, ..] => await KeysCommand.Run(args).ConfigureAwait(false),
    [DuplicatesCommand.Name, ..] => await DuplicatesCommand.Run(args).ConfigureAwait(false),
    [ClusterCommand.Name, ..] => await ClusterCommand.Run(args).ConfigureAwait(false),
    _ => await VideoGenHost.Run(args).ConfigureAwait(false),
};
