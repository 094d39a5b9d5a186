"""Sessions: the plan of an hour (its agenda and the sheets to hand out), running it, its progress note; the process
note apart, sealed under a key of its own; own phrases; the page that says where a couple is.

    agenda, suggest, needs   what an hour is made of, and what is offered for it
    actions, views, page     planning and running it; papers: what is printed for it
    note_*                   the progress note: facts from the record, formats, the signed text, its page and paper
    process_*                the process note: its store, its writing, its author's page
    phrases, where           own phrases; one page for those who come together
"""
