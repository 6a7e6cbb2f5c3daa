Console.WriteLine("Not wired yet.");
