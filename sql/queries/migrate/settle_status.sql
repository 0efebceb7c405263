SELECT s.states_to_remask, s.tables_to_fill, s.unsettled FROM sminion.settle_status s;
