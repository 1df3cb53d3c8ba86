import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

/** Executes the statement in a file, then prints the first value of a query. */
final class Query {
    private Query() {}

    public static void main(String[] args) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute(Files.readString(Path.of(args[0])));
            try (ResultSet rows = statement.executeQuery(args[1])) {
                rows.next();
                System.out.println(rows.getString(1));
            }
        }
    }
}
