package dev.stillgate.loadtests.campaign.text;

import dev.stillgate.loadtests.api.OfferedTools;
import dev.stillgate.loadtests.api.Tool;
import dev.stillgate.loadtests.random.Dice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tool sets: shared ones of frameworks, and generated ones of a single customer. */
public final class Toolkits {
    /** Tools of a coding agent. */
    public static final OfferedTools CODING = new OfferedTools(List.of(
            new Tool("read_file", "Reads a file of the workspace, or a range of its lines.", List.of("path", "range")),
            new Tool(
                    "search", "Finds a regular expression in all files below a directory.", List.of("pattern", "path")),
            new Tool("edit_file", "Replaces one passage of a file by another.", List.of("path", "old", "new")),
            new Tool("run", "Runs a command in a shell and returns what it prints.", List.of("command")),
            new Tool("list_files", "Lists the files of a directory.", List.of("path")),
            new Tool("finish", "Tells that the task is done.", List.of("summary"))));

    /** Tools of an agent that uses a desktop. */
    public static final OfferedTools SCREEN = new OfferedTools(List.of(
            new Tool("screenshot", "Describes what is on the screen.", List.of("area")),
            new Tool("click", "Clicks on an element.", List.of("element")),
            new Tool("type_text", "Types a text where the cursor is.", List.of("text")),
            new Tool("scroll", "Scrolls up or down.", List.of("direction")),
            new Tool("open_url", "Opens a page.", List.of("url"))));

    private static final List<String> VERBS =
            List.of("get", "find", "create", "update", "list", "send", "check", "cancel");
    private static final List<String> THINGS = List.of(
            "order", "customer", "ticket", "invoice", "booking", "document", "shipment", "contact", "report", "price");
    private static final List<String> FIELDS =
            List.of("id", "query", "date", "name", "status", "limit", "note", "email");

    private Toolkits() {}

    /** Returns the tools of one customer. */
    public static OfferedTools own(Dice dice) {
        String system = WritingStyle.invent(dice);
        List<Tool> tools = new ArrayList<>();
        int count = dice.between(2, 7);
        for (int i = 0; i < count; i++) {
            String thing = dice.pick(THINGS);
            String name = dice.pick(VERBS) + "_" + thing + (i == 0 ? "_" + system.toLowerCase(Locale.ROOT) : "_" + i);
            int parameters = dice.between(1, 3);
            List<String> fields = new ArrayList<>();
            for (int p = 0; p < parameters; p++) {
                String field = dice.pick(FIELDS);
                if (!fields.contains(field)) {
                    fields.add(field);
                }
            }
            tools.add(new Tool(name, "Works on a " + thing + " in " + system + ".", fields));
        }
        return new OfferedTools(tools);
    }
}
