package dev.stillgate.proxy.chain;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.spi.AdminAction;
import dev.stillgate.spi.AdminView;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The admin views and admin actions that one policy's filters have registered, by page. Each policy has its own
 * instance, so admin pages never show the data of a retired filter. Thread-safe.
 */
public final class AdminPages {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");

    @GuardedBy("this")
    private final Map<String, Map<String, AdminView>> pages = new HashMap<>();

    @GuardedBy("this")
    private final Map<String, Map<String, AdminAction>> actions = new HashMap<>();

    AdminPages() {}

    /** Registers a filter's handler of an action on a page, replacing the filter's previous handler. */
    synchronized void add(String page, String action, String filter, AdminAction perform) {
        check(page);
        check(action);
        actions.computeIfAbsent(page + '/' + action, absent -> new LinkedHashMap<>())
                .put(filter, perform);
    }

    /** Returns the handlers of an action by filter name, in chain order; empty if there are none. */
    public synchronized Map<String, AdminAction> actions(String page, String action) {
        return new LinkedHashMap<>(actions.getOrDefault(page + '/' + action, Map.of()));
    }

    /** Returns the names of a page's actions, sorted. */
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

    /** Registers a filter's view of a page, replacing the filter's previous view. */
    synchronized void add(String page, String filter, AdminView view) {
        check(page);
        pages.computeIfAbsent(page, absent -> new LinkedHashMap<>()).put(filter, view);
    }

    private static void check(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("admin page or action name " + name
                    + ": expected lower-case letters, digits and '-', such as accounts");
        }
    }

    /** Returns the views of a page by filter name, in chain order; empty if no filter has the page. */
    public synchronized Map<String, AdminView> parts(String page) {
        return new LinkedHashMap<>(pages.getOrDefault(page, Map.of()));
    }
}
