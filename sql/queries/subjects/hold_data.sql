SELECT sminion.hold_data(
  %(subject)s, %(reason)s, %(basis)s, "table" => %(table)s, category => %(category)s, until => %(until)s, actor => %(actor)s, kind => %(kind)s)
