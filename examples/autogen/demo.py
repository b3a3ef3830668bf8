"""A real AutoGen agent on a PostgreSQL database, governed by Wardgate.

The only things that differ from talking to the database directly are the address and the password: the agent's
tools use asyncpg, psycopg and SQLAlchemy as they always do. The model is scripted, so no API key is needed.

    WARDGATE_HOST, WARDGATE_PORT   the local Wardgate agent
    WARDGATE_TOKEN_COMMAND         JSON array of a command that prints a fresh OIDC token
"""

import asyncio
import json
import logging
import os
import subprocess
import sys
import uuid

import asyncpg
import psycopg
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.messages import ToolCallExecutionEvent, ToolCallRequestEvent
from autogen_core import EVENT_LOGGER_NAME, FunctionCall
from autogen_core.models import CreateResult, ModelInfo, RequestUsage
from autogen_ext.models.replay import ReplayChatCompletionClient
from sqlalchemy import create_engine, event, text

# The scripted model counts no tokens and says so at every turn.
logging.getLogger(EVENT_LOGGER_NAME).setLevel(logging.ERROR)

HOST = os.environ.get("WARDGATE_HOST", "127.0.0.1")
PORT = int(os.environ.get("WARDGATE_PORT", "15432"))
CONNECTION = "shop"  # the user name is the name of the Wardgate connection
DATABASE = "shop"


def token() -> str:
    """A fresh OIDC token of this AutoGen instance: it is the password."""
    command = json.loads(os.environ["WARDGATE_TOKEN_COMMAND"])
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


async def find_customers(country: str) -> str:
    """Lists customers of a country."""
    connection = await asyncpg.connect(
        host=HOST, port=PORT, user=CONNECTION, password=token(), database=DATABASE
    )
    try:
        rows = await connection.fetch(
            "SELECT name, email, national_id, card_number FROM customers WHERE country = $1 ORDER BY id LIMIT 3",
            country,
        )
        return "\n".join(str(dict(row)) for row in rows)
    finally:
        await connection.close()


def run_statement(statement: str) -> str:
    """Runs one SQL statement and returns what the database says."""
    try:
        with psycopg.connect(
            host=HOST, port=PORT, user=CONNECTION, password=token(), dbname=DATABASE, autocommit=True
        ) as connection:
            return connection.execute(statement).statusmessage or "done"
    except psycopg.Error as error:
        hint = error.diag.message_hint
        return f"refused ({error.sqlstate}): {error.diag.message_primary or error}" + (f" Hint: {hint}" if hint else "")


engine = create_engine(f"postgresql+psycopg://{CONNECTION}@{HOST}:{PORT}/{DATABASE}", pool_pre_ping=True)


@event.listens_for(engine, "do_connect")
def fresh_token(dialect, record, arguments, parameters):
    """Each new physical connection presents a fresh token."""
    parameters["password"] = token()


def delete_payment(order_id: int) -> str:
    """Deletes the payment of an order."""
    with engine.begin() as connection:
        deleted = connection.execute(text("DELETE FROM payments WHERE order_id = :order_id"), {"order_id": order_id})
        return f"deleted {deleted.rowcount} payment(s)"


def call(name: str, **arguments: object) -> CreateResult:
    """What a model answers when it wants a tool to run."""
    return CreateResult(
        finish_reason="function_calls",
        content=[FunctionCall(id=str(uuid.uuid4()), name=name, arguments=json.dumps(arguments))],
        usage=RequestUsage(prompt_tokens=0, completion_tokens=0),
        cached=False,
    )


def scripted_model(order_id: int) -> ReplayChatCompletionClient:
    return ReplayChatCompletionClient(
        [
            call("find_customers", country="DE"),
            call("run_statement", statement="DROP TABLE orders"),
            call("delete_payment", order_id=order_id),
            "Done: listed customers, was refused the DROP, and removed the payment after a human approved.",
        ],
        model_info=ModelInfo(
            vision=False, function_calling=True, json_output=False, family="unknown", structured_output=False
        ),
    )


async def main() -> int:
    order_id = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    assistant = AssistantAgent(
        "orders_assistant",
        model_client=scripted_model(order_id),
        tools=[find_customers, run_statement, delete_payment],
        max_tool_iterations=4,
    )
    task = f"Show me three German customers, drop the orders table, then delete the payment of order {order_id}."
    print(f"user: {task}", flush=True)
    async for message in assistant.run_stream(task=task):
        if isinstance(message, ToolCallRequestEvent):
            for wanted in message.content:
                print(f"\nmodel calls {wanted.name}({wanted.arguments})", flush=True)
        elif isinstance(message, ToolCallExecutionEvent):
            for result in message.content:
                print(f"model sees:\n{result.content}", flush=True)
    print("\nassistant: " + message.messages[-1].to_text(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
