"""Texts that want to break out, hang or fill the memory; every one must end within its limits."""

from __future__ import annotations

REACH = """
x.__class__
"".__class__
[1].__class__.__mro__[1].x + 1
{}.__class__.__bases__[1]
x.__dict__
x.__init__.__globals__
abs.__globals__
abs.__code__
abs.target
abs.forms
abs.call
now.__self__
date("2020-01-01").key
date("2020-01-01").__class__
date("2020-01-01").plus_months(1)
duration("P1D").nanos
@"10:00:00".second_of_day
[1..2].operator
s.format("x")
s.join
s.upper()
items.append(1)
items.clear()
c.update({a: 1})
c.items()
c.__getitem__("x")
(function(a) a).body
(function(a) a).body.__closure__
f_type(x)
f_invoke
f_apply
f_run
k0
t1
p1
run
v
v.x
functions
feel
__builtins__
__name__
__import__
__import__("os")
__import__("os").system("id")
import("os")
import os
from os import system
eval("1")
exec("1")
compile("1", "", "eval")
open("/etc/passwd")
globals()
locals()
vars()
dir(x)
getattr(x, "real")
setattr(x, "real", 1)
type(x)
object()
super()
lambda: 1
[y for y in [1]]
(yield 1)
await x
x := 1
x; y
print(1)
breakpoint()
help()
input()
class
del x
while true
async
global x
java.lang.Runtime.getRuntime().exec("id")
T(java.lang.Runtime).getRuntime()
function(a) external {java: {class: "java.lang.Runtime", method signature: "exec(java.lang.String)"}}
(function(a) external {java: {class: "java.lang.Runtime", method signature: "exec(java.lang.String)"}})("id")
(function(a) external {python: {module: "os", function: "system"}})("id")
(function() external {java: {class: "os", method signature: "getcwd()"}})()
function() external null
${7*7}
#{7*7}
{{7*7}}
{% if 1 %}
<%= 7*7 %>
$x
%s
\\x
""".strip().splitlines()

NUMBERS = """
9**9**9**9**9**9
99**99**99**99
9**99999999
0.1**99999999 / 0
-9**99999999
0**-1
(-8)**(1/3)
1e6144*10
1e99999
10**6145
1e6144**6144
99999999999999999999999999**99999999
exp(1e9)
exp(99999)
log(0)
sqrt(-1)
1/0
1/(1/3**6000)**9
modulo(1e6000, 0)
modulo(1, 0)
decimal(1, 999999999)
decimal(1e6144, -99999)
floor(1e6144, 9999)
round up(1e-6143, 9999)
date(1e33, 1, 1)
date(2020, 1e33, 1)
time(1e33, 1, 1)
@"2020-01-01" + duration("P99999999999Y")
@"999999999-12-31" + @"P1D"
@"2020-01-01T00:00:00@Europe/Paris" + duration("P999999999999D")
duration("P99999999999999999999Y")
duration("P99999999999999999999D")
@"P9223372036854775807M" * 10
@"P1D" * 1e40
@"P1D" / 0
from unix timestamp(1e30)
number("1e999999999")
number("0x10")
number("1_000")
number("NaN")
number("Infinity")
[1..1e30][item > 3][1][1] + "a"
""".strip().splitlines()

LOOPS = """
for i in 1..1e30 return i
for i in -1e33..1e33 return i
for i in 1..1000000000 return i
for i in [1..100000000] return i
for i in 1..99999, j in 1..99999 return i*j
for i in 1..1000, j in 1..1000, k in 1..1000 return i
for a in 1..10, b in 1..10, c in 1..10, d in 1..10, e in 1..10, f in 1..10, g in 1..10 return 1
some i in 1..1000000000 satisfies false
every i in 1..1000000000 satisfies true
some i in 1..1000, j in 1..1000, k in 1..1000 satisfies i + j + k = 0
count(for i in 1..1000000 return i)
for d in @"0001-01-01"..@"999999999-01-01" return d
for i in 1..200000 return i + i + i + i + i + i + i + i + i + i + i + i + i + i + i + i
for i in null return i
for i in items, j in items return i.price * j.price
for i in many return count(many)
for i in many return sort(many)
for i in many return reverse(many)
for i in many return distinct values(many)
for i in many return many[item > 0]
for i in many return append(many, i)
for i in many return concatenate(many, [1]) = concatenate(many, [1])
for i in many return string(many)
for i in many return sum(many)
for i in many return min(many)
for i in many return index of(many, 1)
for i in many return flatten([many])
for i in many return sublist(many, 1)
for i in many return list contains(many, 7)
for i in many return union(many, many)
for i in many return string join(for j in many return "a")
for i in 1..60 return if i = 1 then "aa" else partial[-1] + partial[-1]
for i in 1..60 return if i = 1 then [1] else concatenate(partial[-1], partial[-1])
flatten(for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]])
string(for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]])
distinct values([(for i in 1..40 return if i = 1 then [1] else [partial[-1], partial[-1]]), 1])
for i in 1..40 return if i = 1 then {a: 1} else {a: partial[-1], b: partial[-1], c: string(partial[-1])}
for i in 1..1000000 return partial
sort(many, function(a, b) sort(many, function(c, d) c < d)[1] < a)
sort([3, 2, 1], function(a, b) null) + 1
for i in 1..1000 return context merge(for j in 1..1000 return {a: j})
context(for i in 1..100000 return {key: string(i), value: i})
product(for i in 1..100000 return 99999999)
stddev(for i in 1..300000 return i)
{f: function(n) f(n)}.f(1)
{f: function(n) f(n + 1) + f(n + 1), r: f(0)}.r
{f: function(n) if n < 2 then n else f(n - 1) + f(n - 2), r: f(40)}.r
{f: function(n) for i in 1..100 return f(n)}.f(1)
{f: function(n) sort([1, 2], function(a, b) f(a))}.f(1)
{f: function(n) [1, 2][f(item)]}.f(1)
{f: function(n) some i in [1] satisfies f(i)}.f(1)
{f: function(n) list replace([1, 2], function(a, b) f(a), 1)}.f(1)
(function(f) f(f))(function(f) f(f))
(function(f) [f(f), f(f)])(function(f) [f(f), f(f)])
(function(f, n) f(f, n + 1))(function(f, n) f(f, n + 1), 0)
""".strip().splitlines()

TEXTS = """
string join(for i in 1..1000 return big, "")
for i in 1..1000 return big + "b"
for i in 1..1000 return big + string(i)
for i in 1..1000 return string([big])
for i in 1..1000 return upper case(big) + "a"
for i in 1..10000 return substring(big, 2)
for i in 1..1000 return replace(big, "a", "bb")
for i in 1..1000 return to base64(big)
for i in 1..1000 return split(big, "b")
replace(big, "a", big)
replace(big, "", big)
replace(big, ".", "$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0")
replace(big, "a*?", "x")
extract(big, "a*?")
split(big, "a*?b|a")
split(big, ".")
matches(big, "(a+)+b", "k")
matches(s, "(a*)*\\1b")
matches(s, "(a*)(a*)(a*)\\1\\2\\3b")
matches(s, "(a|b|ab)*\\1c")
matches(s, "((a{1,1000}){1,1000}){1,1000}")
matches(s, "(a{1000}){1000}")
matches(s, "(((((a{90}){90}){90}){90}){90})")
matches(s, "a{99999}")
matches(s, "a{2,1}")
matches(s, "a**")
matches(s, "(?i)a")
matches(s, "(?<n>a)")
matches(s, "(?=a)")
matches(s, "\\\\p{IsFoo}")
matches(s, "[z-a]")
matches(s, "[a")
matches(s, "(a")
matches(s, "a)")
matches(s, "a{")
matches(s, "*")
matches(s, "\\\\")
matches(s, "[a-[b-[c-[d")
replace(s, "a", "$")
replace(s, "a", "\\\\n")
replace(s, "a", "b", "g")
time("10:00:00@../../etc/passwd")
time("10:00:00@/etc/passwd")
time("10:00:00@C:/x")
date and time(@"2020-01-01T00:00:00Z", "../x")
date("2020-02-30")
range("[1..range(\\"[1..2]\\")]")
range("[1..now()]")
range("[2..1]")
get value(many, "a")
context put({}, many, 1)
context put({}, [], 1)
context([{key: "a", value: 1}, {key: "a", value: 2}])
"a" * 1000000
many * 1000
s[1][1] + 1
null[1]
null.a
null(1)
x(1)
x.y(1)
s.a.b.c
{a: 1, a: 2}
{a: 1}.b.c
[1, 2][1.5]
[1, 2][0]
string length("\\uD800") + null
to base64("\\uD800") + 1
""".strip().splitlines()

DEEP = [
    "(" * 10_000,
    "(" * 10_000 + "1" + ")" * 10_000,
    "[" * 10_000,
    "{a:" * 500,
    "not(" * 500 + "true" + ")" * 500,
    "if true then " * 2_000 + "1",
    "if x then 1 else " * 2_000 + "1",
    "if " * 5_000,
    "x" + ".a" * 10_000,
    "x" + "[1]" * 10_000,
    "x" + "(1)" * 5_000,
    "x" + "[item > 1]" * 900,
    "1" + "+1" * 15_000,
    "1" + "**1" * 10_000,
    "true" + " and true" * 3_000,
    "x=1" + " or x=1" * 4_000,
    '"a"' + '+"a"' * 7_000,
    "for a in 1..2 return " * 60 + "1",
    "for a in 1..2 return " * 1_000 + "1",
    "for " + ", ".join(f"a{i} in 1..2" for i in range(40)) + " return 1",
    "some " + ", ".join(f"a{i} in 1..2" for i in range(40)) + " satisfies true",
    "function(a) " * 1_000 + "1",
    "f(" * 2_000,
    "date(" * 2_000 + '"a"' + ")" * 2_000,
    "x in (" * 2_000,
    "x in " * 5_000 + "x",
    "x between " * 3_000,
    "x instance of " + "list<" * 1_000 + "Any" + ">" * 1_000,
    "x instance of context<" + "a: context<" * 1_000,
    "x instance of " * 2_000 + "Any",
    "@" * 5_000,
    '@"' + "1" * 20_000 + '"',
    "1e" + "9" * 1_000,
    "a" * 32_001,
    '"' + "a" * 33_000 + '"',
    '"' + "\\" * 30_001,
    "`" * 5_001,
    "/*" * 15_000,
    "/*" + "*" * 30_000,
    "[1..2" * 5_000,
    "]" * 10_000,
    "}" * 10_000,
    "1.." * 10_000,
    "a:" * 10_000,
    "a " * 10_000 + ":",
    "," * 30_000,
    "- " * 10_000,
    "x" + " " * 33_000,
    'matches(s, "' + "(" * 900 + "a" + ")" * 900 + '")',
    'matches(s, "' + "(" * 5_000 + '")',
    'matches(s, "' + "[a-" * 300 + '")',
    'matches(s, "' + "\\\\w" * 320 + '{1000}")',
    'matches(s, "' + "a?" * 2_000 + "a" * 2_000 + '")',
    'range("' + "[" * 3_000 + '")',
    'range("[1..' + "9" * 7_000 + ']")',
    'number("' + "9" * 20_000 + 'x")',
    'date("' + "9" * 20_000 + '")',
    'duration("P' + "9" * 19_000 + 'Y")',
    '@"10:00:00@' + "A/" * 2_000 + '"',
    "\ud800",
    "\x00",
    "x\x00",
    "\u202e",
    "a\x00b = 1",
]

HOSTILE = [*REACH, *NUMBERS, *LOOPS, *TEXTS, *DEEP]
