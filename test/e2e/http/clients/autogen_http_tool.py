"""AutoGen's HttpTool through the gateway: prints what the model would be told."""

import asyncio
import sys

from autogen_core import CancellationToken
from autogen_ext.tools.http import HttpTool

host, port, path, token, method = sys.argv[1:6]

tool = HttpTool(
    name="shop",
    description="The shop",
    scheme="http",
    host=host,
    port=int(port),
    path=path,
    method=method,
    headers={"Authorization": f"Bearer {token}"},
    json_schema={"type": "object", "properties": {}, "required": []},
    timeout=30,
)


async def main():
    print(await tool.run_json({}, CancellationToken()))


asyncio.run(main())
