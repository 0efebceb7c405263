"""What a policy says to people: the page, the record of processing activities, and both for machines. Values only."""
