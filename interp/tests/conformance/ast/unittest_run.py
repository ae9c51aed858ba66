# needs: unittest, io, re
# What the test runner prints, and how it ends.
import io, re, sys, unittest


class T(unittest.TestCase):
    def test_pass(self): pass
    def test_fail(self): self.assertEqual(1, 2)
    def test_error(self): raise KeyError("x")
    @unittest.skip("why")
    def test_skip(self): pass
    def test_sub(self):
        for i in range(3):
            with self.subTest(i=i): self.assertNotEqual(i, 1)
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    @unittest.expectedFailure
    def test_unexpected(self): pass
    def test_raises(self):
        with self.assertRaisesRegex(ValueError, "invalid literal"): int("x")
    def test_dict(self): self.assertEqual({"a": 1, "b": [1, 2]}, {"a": 1, "b": [1, 3]})
    def test_text(self): self.assertEqual("a\nb", "a\nc", "message")
    def test_exit(self): self.addCleanup(print, "cleaned"); self.skipTest("later")


for verbosity in (1, 2):
    stream = io.StringIO()
    program = unittest.main(argv=["x"], exit=False, testRunner=unittest.TextTestRunner(stream, verbosity=verbosity))
    text = re.sub(r"in [0-9.]+s", "in TIME", stream.getvalue())
    print(re.sub(r'File ".*?([^/"]*)"', r'File "\1"', text))
    print(program.result)
try:
    unittest.main(argv=["x", "T.test_fail"], testRunner=unittest.TextTestRunner(io.StringIO()))
except SystemExit as e:
    print("exit", e.code)
