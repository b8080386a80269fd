"""What the commands that control a battery share: times, questions, sentences, plans."""
