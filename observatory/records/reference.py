"""The reference data of every floor, loaded in order by ``manage.py load_reference``."""

#: (order, management command); each app adds its own on start
_commands: list[tuple[int, str]] = []


def register(command: str, *, order: int) -> None:
    _commands.append((order, command))


def commands() -> list[str]:
    return [command for _, command in sorted(_commands)]
