"""What is set up and what is wrong with it: checks that never raise, each with its next step."""
