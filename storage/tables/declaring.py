"""How a table is declared: a class with a line for each column becomes a `Table`, and its attributes the columns.

Written as SQLAlchemy's own declarations are, and for type checkers that is what they are. At run time there is no ORM:
nothing here has sessions or identities, and to load it would cost every start its time and memory. Used by
`storage/tables/`, and for `aliased` by statements that read a table twice.
"""

from typing import TYPE_CHECKING

__all__ = ["Declared", "Mapped", "aliased", "mapped_column"]

if TYPE_CHECKING:
    from sqlalchemy.orm import DeclarativeBase as Declared
    from sqlalchemy.orm import Mapped, aliased, mapped_column
else:
    from types import NoneType
    from typing import NamedTuple, get_args

    from sqlalchemy import Boolean, Column, Integer, String, Table

    class Mapped(NamedTuple):
        """What an annotation says: the value's type in Python, and whether it may be missing."""

        kind: type
        nullable: bool

        @classmethod
        def __class_getitem__(cls, kind):
            alternatives = get_args(kind)
            if NoneType not in alternatives:
                return cls(kind, False)
            (only,) = (one for one in alternatives if one is not NoneType)
            return cls(only, True)

    class mapped_column:
        """What a column is beside its annotation."""

        def __init__(self, *given, **also):
            self.given, self.also = given, also

    class Declared:
        """The base's base: its classes stand for their tables in every statement."""

        _PLAIN = {str: String(), int: Integer(), bool: Boolean()}  # noqa: RUF012 -- never changed

        def __init_subclass__(cls):
            name = cls.__dict__.get("__tablename__")
            if name is None:
                return  # the base, which has no table
            types = {**cls._PLAIN, **cls.type_annotation_map}
            columns = []
            for key, said in cls.__annotations__.items():
                more = cls.__dict__.get(key) or mapped_column()
                kind = more.given or (types[said.kind],)
                null = {} if more.also.get("primary_key") else {"nullable": said.nullable}
                columns.append(Column(key, *kind, **null, **more.also))
            others = cls.__dict__.get("__table_args__", ())
            others = (others,) if isinstance(others, dict) else others
            settings = others[-1] if others and isinstance(others[-1], dict) else {}
            constraints = others[:-1] if settings else others
            cls.__table__ = Table(name, cls.metadata, *columns, *constraints, **settings)
            for column in columns:
                setattr(cls, column.key, column)

        @classmethod
        def __clause_element__(cls):
            return cls.__table__

    class aliased:
        """A table under another name, with its columns as attributes."""

        def __init__(self, table, *, name=None):
            self._alias = table.__table__.alias(name)

        def __getattr__(self, key):
            try:
                return self._alias.c[key]
            except KeyError:
                raise AttributeError(key) from None

        def __clause_element__(self):
            return self._alias
