"""Objects as the JSON that Discord sends, in the shapes of its OpenAPI document.

Source: https://github.com/discord/discord-api-spec.
"""
