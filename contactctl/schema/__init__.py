"""The program described for programs: commands, flags, codes, and the shape of every answer."""
