package dev.stillgate.proxy.chain;

import dev.stillgate.spi.AdminAction;
import dev.stillgate.spi.AdminView;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What the filters of one policy show on admin pages. It belongs to its chain, so that a page never shows what a retired
 * filter knows.
 */
public final class AdminPages {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private final Map<String, Map<String, AdminView>> pages = new HashMap<>();

    private final Map<String, Map<String, AdminAction>> actions = new HashMap<>();

    AdminPages() {}

    /** Adds a filter's part of an action on the things of a page, in the place of the one it had. */
    synchronized void add(String page, String action, String filter, AdminAction perform) {
        check(page);
        check(action);
        actions.computeIfAbsent(page + '/' + action, absent -> new LinkedHashMap<>())
                .put(filter, perform);
    }

    /** Returns who takes part in an action by filter, in the order of the list; empty when nobody does. */
    public synchronized Map<String, AdminAction> actions(String page, String action) {
        return new LinkedHashMap<>(actions.getOrDefault(page + '/' + action, Map.of()));
    }

    /** Returns the names of the actions on the things of a page. */
    public synchronized Set<String> actions(String page) {
        Set<String> names = new TreeSet<>();
        for (String key : actions.keySet()) {
            int slash = key.indexOf('/');
            if (key.substring(0, slash).equals(page)) {
                names.add(key.substring(slash + 1));
            }
        }
        return names;
    }

    /** Adds a filter's part of a page, in the place of the one it had. */
    synchronized void add(String page, String filter, AdminView view) {
        check(page);
        pages.computeIfAbsent(page, absent -> new LinkedHashMap<>()).put(filter, view);
    }

    private static void check(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the admin page " + name + ": expected lower-case letters, digits and -, such as accounts");
        }
    }

    /** Returns the parts of a page by filter, in the order of the list; empty when no filter has the page. */
    public synchronized Map<String, AdminView> parts(String page) {
        return new LinkedHashMap<>(pages.getOrDefault(page, Map.of()));
    }
}
