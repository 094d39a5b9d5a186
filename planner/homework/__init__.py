"""Work between two sessions: what a person was given to do, once or in a series, and on which paper, kept byte for
byte; sheets adapted for one person; what came back, ticked off, typed in, filled in on screen or read from a returned
PDF; and how it was reviewed or carried on. Nothing that was given leaves its sight until it was looked at."""
