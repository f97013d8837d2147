"""How files of the field are read: headings recognised, cells cleaned in columns, parties named, ledgers handed on."""
