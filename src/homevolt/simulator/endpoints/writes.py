"""The two addresses that change the device: POST /console.json and POST /params.json."""

from __future__ import annotations

from typing import Final

from homevolt.simulator.console import commands
from homevolt.simulator.device.parameters import ParameterError, Value, find
from homevolt.simulator.endpoints.answers import Answer, Call, text_answer

FORM_FIELDS: Final = frozenset({"k", "v", "store"})
STORE_DEFAULT: Final = "1"


def post_console(call: Call) -> Answer:
    """Run the form field `cmd`; the device answers 200 even if the command fails.

    A JSON body is accepted only where the firmware profile says so.
    """
    accepted = not call.is_document or call.device.profile.json_commands
    if "cmd" not in call.form or not accepted:
        return text_answer("Missing form field cmd", 400)
    reply = commands.run(call.device, call.form["cmd"], call.control)
    body = reply.text.encode("utf-8", "replace")
    return Answer(body, reply.status, reply.content_type)


def post_parameters(call: Call) -> Answer:
    """Set a parameter by the form fields k, v and store, or several by a JSON object.

    A JSON object either has the same three members or maps names to values. Nothing is changed
    unless everything can be.
    """
    form = call.form
    store = form.get("store", STORE_DEFAULT).strip().lower() not in ("0", "false")
    if call.is_document and not FORM_FIELDS.issuperset(form):
        texts = {name: text for name, text in form.items() if name != "store"}
    elif "k" in form and "v" in form:
        texts = {form["k"]: form["v"]}
    else:
        return text_answer("Missing form field k or v", 400)
    try:
        parsed = {name: find(name).parse(text) for name, text in texts.items()}
    except ParameterError as error:
        return text_answer(str(error), 400)
    for name, value in parsed.items():
        _set(call, name, value, store=store)
    # The device repeats the text it was sent, not the value it stored: only a read reports that.
    replies = [f"Saved parameter k: '{name}' v: '{text}'" for name, text in texts.items()]
    return text_answer("\n".join(replies))


def _set(call: Call, name: str, value: Value, *, store: bool) -> None:
    limited = call.control.limited(name, value)
    call.control.carry_out(lambda: call.device.set_parameter(name, limited, store=store))
