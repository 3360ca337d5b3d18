# What the schema of SARIF 2.1.0 (and GitHub's code scanning) asks of the
# members that we write; prints each rule that does not hold.
def rule($ok; $text): if $ok then empty else $text end;
def only($keys): (keys - $keys) == [];
def text: type == "object" and (.text | type == "string" and length > 0);
def place:
  (.physicalLocation.artifactLocation.uri | type == "string" and
    test("^(file:///)?[A-Za-z0-9._~%/-]+$")) and
  (.physicalLocation.region | (.startLine | type == "number" and . >= 1) and
    ((.startColumn // 1) >= 1)) and
  only(["physicalLocation", "logicalLocations"]);
rule(only(["$schema", "version", "runs"]); "top-level members"),
rule(.version == "2.1.0"; "version"),
rule(.["$schema"] | type == "string" and startswith("https://"); "$schema"),
(.runs[] |
  .tool.driver.rules as $rules |
  rule(only(["tool", "automationDetails", "invocations", "columnKind",
    "results"]); "members of a run"),
  rule(.tool.driver.name == "bpfcompat"; "driver"),
  rule($rules | (map(.id) | length == (unique | length)); "rules are unique"),
  rule([$rules[] | .shortDescription | text] | all; "shortDescription"),
  rule(.columnKind == "utf16CodeUnits"; "columnKind"),
  rule([.invocations[] | .executionSuccessful | type == "boolean"] | all;
    "executionSuccessful"),
  rule([.invocations[].toolExecutionNotifications[] | .message | text] | all;
    "notifications"),
  (.results[] |
    rule(only(["ruleId", "ruleIndex", "level", "message", "locations",
      "partialFingerprints", "suppressions", "properties"]); "result members"),
    rule(.message | text; "message"),
    rule(.level | IN("error", "warning", "note"); "level"),
    rule($rules[.ruleIndex].id == .ruleId; "ruleIndex"),
    rule(.locations | length == 1 and (.[0] | place); "location"),
    rule([.partialFingerprints[] | type == "string"] | all; "fingerprints"),
    rule([(.suppressions // [])[] | .kind == "external" and
      .status == "accepted"] | all; "suppressions")))
