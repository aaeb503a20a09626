#!/usr/bin/env python3
"""Ask Apache Spark what statements of SQL give, one after the other, each list in a session and a warehouse of its own.

    V/bin/python test/golden/record_statements.py test/golden/statements/*.json [--zone America/Los_Angeles]

A file is {"statements": {"list": ["CREATE TABLE …", "SELECT …"]}}, or what this program made of one before: {"list": [{"sql", "schema", "rows"} or
{"sql", "condition"}]}. It is written anew, with what Spark says now. `$FOLDER` in a statement is an empty folder.
"""
import json, os, re, shutil, sys, tempfile
from pyspark.sql import SparkSession
from pyspark.errors import PySparkException

warehouse = tempfile.mkdtemp()
ZONE = "America/Los_Angeles"
base = (
    SparkSession.builder.master("local[1]")
    .config("spark.sql.session.timeZone", ZONE)
    .config("spark.driver.extraJavaOptions", "-Duser.timezone=" + ZONE)
    .config("spark.sql.shuffle.partitions", "1")
    .config("spark.sql.warehouse.dir", warehouse)
    .config("spark.sql.catalogImplementation", "in-memory")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)
base.sparkContext.setLogLevel("OFF")


def rows_of(df):
    """Each cell as CAST(… AS STRING) gives it."""
    texts = df.toDF(*["c%d" % i for i in range(len(df.columns))])
    return [list(row) for row in texts.selectExpr(*["CAST(%s AS STRING)" % c for c in texts.columns]).collect()] if df.columns else []


def answer(session, sql):
    try:
        df = session.sql(sql.replace("$FOLDER", warehouse + "-files"))
        return {"sql": sql, "schema": df.schema.simpleString(), "rows": rows_of(df)}
    except PySparkException as error:
        return {"sql": sql, "condition": error.getCondition() or type(error).__name__}
    except Exception as error:
        found = re.search(r"\[([A-Z_0-9.]+)\]", str(error))
        return {"sql": sql, "condition": found.group(1) if found else type(error).__name__}


def emptied():
    session = base.newSession()
    session.sql("USE default")
    for table in session.sql("SHOW TABLES").collect():
        if not table.isTemporary:
            session._jsparkSession.sessionState().catalog().externalCatalog().dropTable("default", table.tableName, True, True)
    for (name,) in session.sql("SHOW DATABASES").collect():
        if name != "default":
            session.sql("DROP DATABASE `%s` CASCADE" % name)
    for folder in (warehouse, warehouse + "-files"):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    return session


for path in [arg for arg in sys.argv[1:] if arg.endswith(".json")]:
    given = json.load(open(path))
    lists = given.get("statements") or {name: [each["sql"] for each in answers] for name, answers in given.items()}
    recorded = {}
    for name, statements in lists.items():
        session = emptied()
        recorded[name] = [answer(session, sql) for sql in statements]
    with open(path, "w") as file:
        json.dump(recorded, file, indent=1, ensure_ascii=False)
        file.write("\n")
os._exit(0)
