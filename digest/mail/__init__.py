"""Edition → Message, pure: `compile_mail` once for many editions, then `CompiledMail.compose` for each letter."""
