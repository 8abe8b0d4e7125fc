"""What the sample projects are made with. Nothing here is part of the program."""
