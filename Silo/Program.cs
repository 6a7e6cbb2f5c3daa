return await VideoGen.Silo.Hosting.VideoGenHost.Run(args).ConfigureAwait(false);
