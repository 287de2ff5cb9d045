"""What Homewell keeps: every line of SQL, one function per question."""
