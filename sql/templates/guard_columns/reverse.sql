ALTER TABLE <<table>> <<removals>>
