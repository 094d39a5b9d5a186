"""What is printed and what comes back: blocks, the press (HTML to PDF), packets, reading filled PDFs, fonts.

Only this room knows WeasyPrint and the PDF libraries, and it knows no clinical word.
"""
