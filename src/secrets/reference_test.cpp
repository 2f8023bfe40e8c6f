#include "secrets/reference.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tillbridge::secrets {
namespace {

namespace fs = std::filesystem;

class SecretPlaces : public testing::Test {
 protected:
  SecretPlaces() {
    std::string name = (fs::temp_directory_path() / "tillbridge-secrets-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  ~SecretPlaces() override { fs::remove_all(folder_); }

  std::string file(const std::string& text, ::mode_t mode = 0600) {
    const auto path = (folder_ / "secret").string();
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }
  Result<Secret> from_file(const std::string& path) {
    return fetch(Reference{Reference::Place::file, path}, environment_);
  }
  Result<Secret> from_environment(const std::string& name) {
    return fetch(Reference{Reference::Place::environment, name}, environment_);
  }

  std::map<std::string, std::string> variables_;
  Environment environment_ = [this](const std::string& name) -> std::optional<std::string> {
    const auto found = variables_.find(name);
    return found == variables_.end() ? std::nullopt : std::optional(found->second);
  };
  fs::path folder_;
};

TEST_F(SecretPlaces, EnvironmentVariable) {
  variables_["KEY"] = "s3cret";
  variables_["EMPTY"] = "";
  EXPECT_EQ(from_environment("KEY").value().reveal(), "s3cret");
  EXPECT_EQ(from_environment("EMPTY").error().kind, Error::Kind::invalid_input);
  EXPECT_EQ(from_environment("OTHER").error().kind, Error::Kind::not_found);
}

TEST_F(SecretPlaces, FileWithoutItsLineEnd) {
  EXPECT_EQ(from_file(file("s3cret\n")).value().reveal(), "s3cret");
  EXPECT_EQ(from_file(file("s3cret\r\n")).value().reveal(), "s3cret");
  EXPECT_EQ(from_file(file("two\nlines\n")).value().reveal(), "two\nlines");
  EXPECT_EQ(from_file(file(" blanks count ", 0440)).value().reveal(), " blanks count ");
}

TEST_F(SecretPlaces, FileOpenToEverybodyIsRefused) {
  for (const ::mode_t mode : {0644U, 0604U, 0602U, 0666U}) {
    const auto secret = from_file(file("hunter2", mode));
    ASSERT_FALSE(secret) << mode;
    EXPECT_EQ(secret.error().kind, Error::Kind::auth);
    EXPECT_NE(secret.error().what.find("chmod"), std::string::npos);
    EXPECT_EQ(secret.error().what.find("hunter2"), std::string::npos);
  }
}

TEST_F(SecretPlaces, FileThatCannotBeASecret) {
  EXPECT_EQ(from_file((folder_ / "nothing").string()).error().kind, Error::Kind::not_found);
  EXPECT_EQ(from_file(folder_.string()).error().kind, Error::Kind::invalid_input);
  EXPECT_EQ(from_file(file("\n")).error().kind, Error::Kind::invalid_input);
  EXPECT_EQ(from_file(file(std::string("a\0b", 3))).error().kind, Error::Kind::invalid_input);
  EXPECT_EQ(from_file(file(std::string(secret_bytes_max + 1, 'x'))).error().kind,
            Error::Kind::invalid_input);
  EXPECT_TRUE(from_file(file(std::string(secret_bytes_max, 'x'))));
  // A pipe without a writer must not hang the start.
  const auto pipe = (folder_ / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(from_file(pipe).error().kind, Error::Kind::invalid_input);
}

TEST(ProcessEnvironment, IsTheProcesss) {
  ::setenv("TILLBRIDGE_TEST_VARIABLE", "here", 1);
  EXPECT_EQ(process_environment()("TILLBRIDGE_TEST_VARIABLE"), "here");
  ::unsetenv("TILLBRIDGE_TEST_VARIABLE");
  EXPECT_EQ(process_environment()("TILLBRIDGE_TEST_VARIABLE"), std::nullopt);
}

}  // namespace
}  // namespace tillbridge::secrets
