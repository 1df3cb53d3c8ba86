package dev.stillgate.proxy;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Condition that at most a given number of files of one package depend on each other in a cycle: the strongly connected
 * components of the graph of top-level classes within each package.
 */
final class ShortFileCycles extends ArchCondition<JavaClass> {
    private static final Comparator<JavaClass> BY_NAME = Comparator.comparing(JavaClass::getName);

    private final int most;
    private final Map<JavaClass, Set<JavaClass>> uses = new HashMap<>();

    ShortFileCycles(int most) {
        super("be in no cycle of more than " + most + " files of one package");
        this.most = most;
    }

    @Override
    public void init(Collection<JavaClass> all) {
        for (JavaClass type : all) {
            JavaClass file = file(type);
            Set<JavaClass> used = uses.computeIfAbsent(file, _ -> new TreeSet<>(BY_NAME));
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass other = file(dependency.getTargetClass());
                if (!other.equals(file) && other.getPackageName().equals(file.getPackageName())) {
                    used.add(other);
                }
            }
        }
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        if (!file(type).equals(type)) {
            return;
        }
        Set<JavaClass> cycle = reached(type).stream()
                .filter(other -> reached(other).contains(type))
                .collect(Collectors.toCollection(() -> new TreeSet<>(BY_NAME)));
        if (cycle.size() > most) {
            String names = cycle.stream().map(JavaClass::getSimpleName).collect(Collectors.joining(" "));
            events.add(SimpleConditionEvent.violated(
                    type, type.getName() + " is in a cycle of " + cycle.size() + " files: " + names));
        }
    }

    /** Returns the files that a file depends on, directly or not, itself among them if it is in a cycle. */
    private Set<JavaClass> reached(JavaClass from) {
        Set<JavaClass> seen = new TreeSet<>(BY_NAME);
        Deque<JavaClass> left = new ArrayDeque<>();
        left.add(from);
        while (!left.isEmpty()) {
            for (JavaClass next : uses.getOrDefault(left.remove(), Set.of())) {
                if (seen.add(next)) {
                    left.add(next);
                }
            }
        }
        return seen;
    }

    private static JavaClass file(JavaClass type) {
        JavaClass outer = type.getBaseComponentType();
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer;
    }
}
