import batches
import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not hasattr(pyfuncitem.obj, "steps"):
        return None
    batches.run(pyfuncitem)
    return True
