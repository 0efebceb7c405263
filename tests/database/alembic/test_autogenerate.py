"""Autogenerate leaves alone what is the guard's, and nothing else."""

from __future__ import annotations

from tests.database.alembic.conftest import Project

WITHOUT_US = ["alembic.autogenerate.*", "~alembic.autogenerate.sminion_guard"]
NOTE = '''Table("note", metadata, Column("id", BigInteger, primary_key=True),
      Column("customer_id", BigInteger, ForeignKey("crm.customer.id"), index=True), Column("body", Text), schema="crm")
'''


def test_a_guarded_database_that_agrees_with_its_models_is_left_as_it_is(project: Project) -> None:
    project.apply()
    assert "op." not in project.compare()
    without = project.compare(autogenerate_plugins=WITHOUT_US)
    assert "op.drop_table('journal'" in without and "op.drop_column('customer', 'guard_mask', schema='crm')" in without
    assert "note_guard_subject_idx" in without


def test_before_a_policy_and_without_the_guard_nothing_is_different(project: Project) -> None:
    assert "op." not in project.compare()
    project.database.execute("DROP SCHEMA sminion CASCADE; DROP SCHEMA sminion_migrations CASCADE")
    project.database.execute("CREATE TABLE crm.old (id integer)")
    assert project.compare() == project.compare(autogenerate_plugins=WITHOUT_US)
    assert "op.drop_table('old', schema='crm')" in project.compare()


def test_a_column_of_the_applications_own_is_not_ours_because_of_its_name(project: Project) -> None:
    project.database.execute("CREATE SCHEMA shop; CREATE TABLE shop.costume (id bigint PRIMARY KEY, guard_mask text)")
    project.database.execute("CREATE INDEX costume_guard_mask ON shop.costume (guard_mask)")
    project.change_models(
        "metadata = MetaData()",
        'metadata = MetaData()\nTable("costume", metadata, Column("id", BigInteger, primary_key=True), schema="shop")',
    )
    project.apply()
    found = project.compare()
    assert "op.drop_column('costume', 'guard_mask', schema='shop')" in found
    assert "op.drop_index(op.f('costume_guard_mask')" in found
    assert "crm" not in found


def test_a_model_that_was_removed_is_dropped_and_comes_back_without_our_columns(project: Project) -> None:
    project.apply()
    project.change_models(NOTE, "")
    text = project.revision()
    upgrade, downgrade = text.split("def downgrade")
    assert "op.drop_table('note', schema='crm')" in upgrade
    assert "op.create_table('note'" in downgrade and "sa.Column('body'" in downgrade
    assert "guard_" not in text


def test_other_tables_and_columns_are_compared_as_ever(project: Project) -> None:
    project.apply()
    project.database.execute("CREATE TABLE crm.old (id integer); ALTER TABLE crm.note ADD COLUMN mood text")
    project.database.execute("CREATE INDEX mine ON crm.note (body)")
    found = project.compare()
    assert "op.drop_table('old', schema='crm')" in found
    assert "op.drop_column('note', 'mood', schema='crm')" in found
    assert "op.drop_index(op.f('mine'), table_name='note', schema='crm')" in found
    assert "guard_" not in found and "sminion" not in found


def test_an_index_on_a_column_of_the_guard_is_nothing_to_drop(project: Project) -> None:
    project.apply()
    project.database.execute("CREATE INDEX by_dba ON crm.note (guard_subject, id) WHERE guard_mask IS NOT NULL")
    project.database.execute("CREATE INDEX by_mask ON crm.customer ((guard_mask & 1))")
    assert "op." not in project.compare()


def test_partitions_and_foreign_keys_to_them(project: Project) -> None:
    project.database.execute(
        "CREATE TABLE crm.visit (id bigint, customer_id bigint REFERENCES crm.customer, day date NOT NULL,"
        " PRIMARY KEY (id, day)) PARTITION BY RANGE (day);"
        "CREATE TABLE crm.visit_2026 PARTITION OF crm.visit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');"
        "CREATE TABLE crm.bill (id bigint PRIMARY KEY, visit bigint, day date,"
        " FOREIGN KEY (visit, day) REFERENCES crm.visit_2026 (id, day))"
    )
    project.change_models("from sqlalchemy import ", "from sqlalchemy import Date, ForeignKeyConstraint, ")
    project.change_models("metadata = MetaData()\n", """metadata = MetaData()
Table("visit", metadata, Column("id", BigInteger, primary_key=True),
      Column("customer_id", ForeignKey("crm.customer.id")), Column("day", Date, primary_key=True), schema="crm")
Table("visit_2026", metadata, Column("id", BigInteger, primary_key=True),
      Column("customer_id", ForeignKey("crm.customer.id")), Column("day", Date, primary_key=True), schema="crm")
Table("bill", metadata, Column("id", BigInteger, primary_key=True), Column("visit", BigInteger), Column("day", Date),
      ForeignKeyConstraint(["visit", "day"], ["crm.visit_2026.id", "crm.visit_2026.day"]), schema="crm")
""")
    before = project.compare()
    assert "op." not in before
    project.policy_file.write_text(project.policy_file.read_text() + """
[schema.crm.visit]
subject = "customer_id"
anonymous = "hidden"
columns = { id = "key", customer_id = "key", day = "behaviour" }
""")
    project.apply()
    columns = project.database.execute(
        "SELECT count(*) FROM pg_attribute WHERE attrelid = 'crm.visit_2026'::regclass AND attname = 'guard_mask'")
    assert columns == [(1,)]
    assert "op." not in project.compare()


def test_a_foreign_table_of_another_server_is_left_alone(project: Project) -> None:
    project.database.execute("CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER far FOREIGN DATA WRAPPER nothing;"
                             "CREATE FOREIGN TABLE crm.far (id bigint) SERVER far")
    assert "op." not in project.compare()
