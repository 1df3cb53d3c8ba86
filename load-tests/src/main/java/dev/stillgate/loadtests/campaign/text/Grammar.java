package dev.stillgate.loadtests.campaign.text;

import dev.stillgate.loadtests.random.Dice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Generative grammar of a language, with topics. A rule is {@code [name]} and its alternatives, one per line or
 * separated by bars. References in braces: the name of another rule, {@code @} and a slot of the topic, {@code $} for
 * the subject, {@code own} for a name that only the account uses, {@code #2-9} for a number, {@code ""} for nothing and
 * {@code _} for a space. {@code ^} before a reference capitalises it. Thread-safe after reading.
 */
public final class Grammar {
    private static final Pattern BAR = Pattern.compile(" \\| ");
    private static final Pattern HEAD = Pattern.compile("\\[([a-z][a-z0-9.]*)] ?(.*)");

    private final Map<String, Rule> rules = new HashMap<>();
    private final List<Topic> topics = new ArrayList<>();

    private Grammar() {}

    /** Reads the topics and rules of a language from resources. */
    public static Grammar read(String language, String... ruleFiles) {
        Grammar grammar = new Grammar();
        grammar.readTopics("topics-" + language + ".txt");
        for (String file : ruleFiles) {
            grammar.readRules(file + ".txt");
        }
        grammar.rules.forEach((name, rule) -> {
            if (rule.isEmpty()) {
                throw new IllegalStateException(language + ": unknown rule " + name);
            }
        });
        return grammar;
    }

    public List<Topic> topics() {
        return topics;
    }

    /** Returns whether a rule exists. */
    public boolean has(String rule) {
        return rules.containsKey(rule);
    }

    /** Returns a scope for a topic, with a random subject. */
    public TextScope scope(Dice dice, Topic topic, WritingStyle style) {
        StringBuilder subject = new StringBuilder();
        topic.slot("thing").write(new TextScope(dice, topic, "", style), subject);
        return new TextScope(dice, topic, subject.toString(), style);
    }

    /** Writes a text by a rule. */
    public void write(String rule, TextScope scope, StringBuilder out) {
        known(rule).write(scope, out);
    }

    /** Writes a text by an alternative of a rule; the index wraps around. */
    public void write(String rule, int way, TextScope scope, StringBuilder out) {
        known(rule).write(way, scope, out);
    }

    private Rule known(String rule) {
        Rule found = rules.get(rule);
        if (found == null) {
            throw new IllegalArgumentException("unknown rule " + rule);
        }
        return found;
    }

    /** Returns a text by a rule. */
    public String text(String rule, TextScope scope) {
        StringBuilder out = new StringBuilder();
        write(rule, scope, out);
        return out.toString();
    }

    private void readTopics(String file) {
        Topic topic = new Topic();
        for (String line : Resource.lines(file)) {
            if (line.startsWith("[")) {
                topic = new Topic();
                topics.add(topic);
            } else {
                int colon = line.indexOf(':');
                ways(
                        topic.slot(line.substring(0, colon)),
                        line.substring(colon + 1).strip());
            }
        }
    }

    private void readRules(String file) {
        Rule rule = new Rule();
        for (String line : Resource.lines(file)) {
            String ways = line;
            Matcher head = HEAD.matcher(line);
            if (head.matches()) {
                rule = rule(head.group(1));
                ways = head.group(2);
            }
            if (!ways.isEmpty()) {
                ways(rule, ways);
            }
        }
    }

    private Rule rule(String name) {
        return rules.computeIfAbsent(name, key -> new Rule());
    }

    private void ways(Rule rule, String ways) {
        for (String way : BAR.split(ways, -1)) {
            rule.add(parts(way.replace("\\n", "\n")));
        }
    }

    private List<Rule.Part> parts(String way) {
        List<Rule.Part> parts = new ArrayList<>();
        int at = 0;
        for (int open = reference(way, 0); open >= 0; open = reference(way, at)) {
            if (open > at) {
                String constant = way.substring(at, open);
                parts.add((scope, out) -> out.append(constant));
            }
            int close = way.indexOf('}', open);
            String inside = way.substring(open + 1, close);
            parts.add(inside.startsWith("^") ? capital(part(inside.substring(1))) : part(inside));
            at = close + 1;
        }
        if (at < way.length()) {
            String constant = way.substring(at);
            parts.add((scope, out) -> out.append(constant));
        }
        return parts;
    }

    /** Returns the index of the next reference, -1 if there is none. Braces before other characters are literals. */
    private static int reference(String way, int from) {
        for (int open = way.indexOf('{', from); open >= 0; open = way.indexOf('{', open + 1)) {
            char next = open + 1 < way.length() ? way.charAt(open + 1) : ' ';
            if ("^@$#_".indexOf(next) >= 0 || (next >= 'a' && next <= 'z') || way.startsWith("{\"\"}", open)) {
                return open;
            }
        }
        return -1;
    }

    private Rule.Part part(String inside) {
        return switch (inside.charAt(0)) {
            case '"' -> (scope, out) -> {};
            case '_' -> (scope, out) -> out.append(' ');
            case '$' -> (scope, out) -> out.append(scope.subject());
            case '@' -> slot(inside.substring(1));
            case '#' -> number(inside.substring(1));
            default ->
                inside.equals("own")
                        ? (scope, out) -> out.append(scope.style().own(scope.dice()))
                        : rule(inside)::write;
        };
    }

    private static Rule.Part slot(String name) {
        return (scope, out) -> scope.topic().slot(name).write(scope, out);
    }

    private static Rule.Part number(String range) {
        int dash = range.indexOf('-');
        int low = Integer.parseInt(range.substring(0, dash));
        int high = Integer.parseInt(range.substring(dash + 1));
        return (scope, out) -> out.append(scope.dice().between(low, high));
    }

    private static Rule.Part capital(Rule.Part part) {
        return (scope, out) -> {
            int at = out.length();
            part.write(scope, out);
            if (out.length() > at) {
                out.setCharAt(at, Character.toUpperCase(out.charAt(at)));
            }
        };
    }
}
