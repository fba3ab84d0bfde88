"""Edition → Message, pure: `compile_mail` for many editions, then `CompiledMail.compose` for each letter."""
