"""How fast it is, against what else a person might use, in the same run on the same machine. Nothing here is a test.

figures   one measured figure, and the table of them
filling   a practice of many years in a scratch database
paper     a handout and a packet: the press, Chromium and the weasyprint command
rows      which pages are measured, one function a row: a room adds its own
pages     every one of them against a bare signed-in page
returning homework that comes back, and the sheets of a week
server    memory of the running server after many renders
library   its pack, its pages with thousands of entries, the editor's picture, the catalogue
"""
