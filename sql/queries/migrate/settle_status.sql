SELECT s.states_to_remask, s.tables_to_fill - s.tables_blind, s.unsettled, s.stuck FROM sminion.settle_status s;
