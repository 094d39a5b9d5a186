"""How fast it is, against what else a person might use, in the same run on the same machine. Nothing here is a test.

figures   one measured figure, and the table of them
filling   a practice of many years in a scratch database
paper     a handout and a packet: the press, Chromium and the weasyprint command
pages     every main page against a bare signed-in page
server    memory of the running server after many renders
"""
