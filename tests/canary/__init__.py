"""Whose words reach whom: every text of everything that hangs on a case is a word that tells whose it is, and every
paper, page, file name, mail, feed and log that somebody else gets is searched for it.

`words` says whose each text is, by introspection of the models; `make` puts one of each thing into a case; `prints`
prints all of it. What has no place here makes a test fail.
"""
