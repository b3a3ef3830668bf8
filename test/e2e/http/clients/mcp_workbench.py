"""AutoGen's McpWorkbench through the gateway: prints what a model would be told as JSON."""

import asyncio
import json
import sys

from autogen_ext.tools.mcp import McpWorkbench, StreamableHttpServerParams

url, token = sys.argv[1:3]
params = StreamableHttpServerParams(
    url=url,
    headers={"Authorization": f"Bearer {token}"},
    timeout=30,
    sse_read_timeout=30,
)


async def main():
    async with McpWorkbench(params) as workbench:
        tools = [tool["name"] for tool in await workbench.list_tools()]
        echo = await workbench.call_tool("echo", {"message": "mail ada@example.com"})
        total = await workbench.call_tool("get-sum", {"a": 2, "b": 3})
        denied = await workbench.call_tool("get-env", {})
        print(
            json.dumps(
                {
                    "tools": tools,
                    "echo": echo.to_text(),
                    "sum": total.to_text(),
                    "denied": [denied.is_error, denied.to_text()],
                }
            )
        )


asyncio.run(main())
