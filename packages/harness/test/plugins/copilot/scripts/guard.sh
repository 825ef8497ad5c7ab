#!/usr/bin/env bash
# Denies commands that remove; what it is told stands on stdin.
if grep -q 'rm -r'; then echo '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"Not in copilot."}}'; fi
