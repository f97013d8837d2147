"""What leaves a workspace: dossiers, tables and formats that other systems read."""
