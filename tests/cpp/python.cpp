// Python with a sanitizer in it, which must be there before anything else is loaded.
#include <Python.h>

int main(int count, char** arguments) { return Py_BytesMain(count, arguments); }
