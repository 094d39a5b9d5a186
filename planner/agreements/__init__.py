"""Living documents of a case: worksheets kept in versions, with signatures, review dates and their paper copies."""
